// The sign-in page's life: draws each QR frame as it comes, and moves on as soon as the phone has answered.
import { encodeQR } from './qr/index.js';

const place = document.querySelector('[data-events]');
const frame = document.querySelector('[data-qr]');

function draw(text) {
  frame.dataset.qr = text;
  const copy = document.querySelector('[data-qr-text]');
  if (copy !== null) copy.textContent = text;
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', `0 0 ${rows.length} ${rows.length}`);
  svg.setAttribute('shape-rendering', 'crispEdges');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('fill', '#000');
  path.setAttribute('d', rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join(''));
  svg.append(path);
  frame.replaceChildren(svg);
}

const label = frame?.querySelector('img')?.alt ?? '';
const showState = () => location.replace(location.pathname);

if (place !== null) {
  const events = new EventSource(place.dataset.events);
  const isWaiting = 'waiting' in place.dataset;
  events.addEventListener('qr', ({ data }) => (frame === null ? showState() : draw(data)));
  events.addEventListener('scanned', () => {
    if (!isWaiting) showState();
  });
  for (const end of ['approved', 'denied', 'expired']) {
    events.addEventListener(end, () => {
      events.close();
      // a password that is being typed is not lost to the QR's end
      const isTyping = end === 'expired' && document.querySelector('#password')?.value;
      if (!isTyping) showState();
    });
  }
}

frame?.addEventListener('click', () => {
  if (document.fullscreenElement === null) frame.requestFullscreen?.();
  else document.exitFullscreen?.();
});
document.getElementById('problem')?.focus();

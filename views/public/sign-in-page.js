// The sign-in page's life: draws each QR frame as it comes, and moves on as soon as the phone has answered.
import './passkey.js';
import { encodeQR } from './qr/index.js';

const place = document.querySelector('[data-events]');
const frame = document.querySelector('[data-qr]');
const full = document.querySelector('[data-qr-full]');
const left = document.querySelector('[data-seconds-left]');
const label = frame?.querySelector('img')?.alt ?? '';
const showState = () => location.replace(location.pathname);

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

/** The QR is over while a password is being typed: that must not be lost, so the page stays and says so. */
function stopQr() {
  const status = document.querySelector('[data-status]');
  status.textContent = status.dataset.stopped;
  status.className = 'status waiting';
  for (const gone of [frame, full, document.querySelector('.qr-text')]) gone?.remove();
}

function follow(attempt) {
  const events = new EventSource(place.dataset.events);
  const isWaiting = 'waiting' in place.dataset;
  events.addEventListener('qr', ({ data }) => (frame === null ? showState() : draw(data)));
  events.addEventListener('scanned', () => {
    if (!isWaiting) showState();
  });
  for (const end of ['approved', 'denied', 'expired']) {
    events.addEventListener(end, () => {
      events.close();
      if (end === 'expired' && document.querySelector('#password')?.value) stopQr();
      else showState();
    });
  }
  // a dropped line comes back by itself, an answer that says no (a busy node) does not
  events.addEventListener('error', () => {
    if (events.readyState === EventSource.CLOSED && attempt < 20) setTimeout(() => follow(attempt + 1), 5000);
  });
}

/** Counts down for the eye every second, aloud only now and then. */
function countDown() {
  const endsAt = Date.now() + Number(left.dataset.secondsLeft) * 1000;
  const number = left.querySelector('bdi');
  const told = document.querySelector('[data-time-told]');
  const timer = setInterval(() => {
    const seconds = Math.max(0, Math.round((endsAt - Date.now()) / 1000));
    number.textContent = String(seconds);
    if (seconds === 60 || seconds === 30 || seconds === 10) told.textContent = left.textContent;
    if (seconds === 0) clearInterval(timer);
  }, 1000);
}

function toggleFull() {
  if (document.fullscreenElement === null) frame.requestFullscreen?.();
  else document.exitFullscreen?.();
}

if (place !== null) follow(0);
if (left !== null) countDown();
frame?.addEventListener('click', toggleFull);
full?.addEventListener('click', toggleFull);
if (full !== null && document.fullscreenEnabled) full.hidden = false;
document.getElementById('problem')?.focus();

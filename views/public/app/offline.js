// What the phone can't do without a network is said where it is shown, and taken back when the network is there again.
import { element } from './elements.js';
import { announce, onLeave } from './screen.js';
import { t } from './setting.js';

/** Keeps the shell for the next time, and asks the browser not to give the keys away when it runs short of room. */
export async function settleIn() {
  await Promise.allSettled([
    navigator.serviceWorker?.register('/app/service-worker.js', { scope: '/app', updateViaCache: 'none' }),
    navigator.storage?.persist?.(),
  ]);
}

/** A notice that is there while the network is not; `onBack` looks again at what could not be had. */
export function offlineNotice(onBack) {
  const place = element('div', {});
  const tell = () => {
    const isOffline = !navigator.onLine;
    place.replaceChildren(
      ...(isOffline
        ? [
            element(
              'div',
              { class: 'notice', 'data-offline': true },
              element('h2', {}, t.offlineTitle),
              element('p', {}, t.offlineLead),
            ),
          ]
        : []),
    );
    return isOffline;
  };
  const gone = () => {
    if (tell()) announce(t.offlineTitle);
  };
  const back = () => {
    if (!tell()) onBack();
  };
  addEventListener('offline', gone);
  addEventListener('online', back);
  onLeave(() => {
    removeEventListener('offline', gone);
    removeEventListener('online', back);
  });
  tell();
  return place;
}

// Reads QR codes from the camera: the browser's own detector where there is one, else a small decoder.
async function detector() {
  if ('BarcodeDetector' in window) {
    const native = new window.BarcodeDetector({ formats: ['qr_code'] });
    return async (video) => (await native.detect(video))[0]?.rawValue;
  }
  const { decodeQR } = await import('../qr/decode.js');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return async (video) => {
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    context.drawImage(video, 0, 0);
    try {
      return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return undefined;
    }
  };
}

/** Looks until a code is seen or `stop` is called. Rejects when there is no camera. */
export async function scanWithCamera(video, onText) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  video.srcObject = stream;
  await video.play();
  const read = await detector();
  let isOn = true;
  const stop = () => {
    isOn = false;
    for (const track of stream.getTracks()) track.stop();
  };
  const look = async () => {
    if (!isOn) return;
    const text = video.videoWidth > 0 ? await read(video) : undefined;
    if (text?.includes('#')) {
      stop();
      onText(text);
    } else setTimeout(look, 150);
  };
  void look();
  return stop;
}

// Makes a passkey in this browser and sends what came of it with the form.
const form = document.querySelector('form[data-options]');
const trouble = document.querySelector('[data-trouble]');

const bytesOf = (base64url) => Uint8Array.from(atob(base64url.replace(/-/g, '+').replace(/_/g, '/')), (sign) => sign.charCodeAt(0));
const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');

async function make() {
  const { challenge, user, excludeCredentials, ...options } = JSON.parse(form.dataset.options);
  const { id, rawId, type, response, authenticatorAttachment } = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytesOf(challenge),
      user: { ...user, id: bytesOf(user.id) },
      excludeCredentials: excludeCredentials.map((each) => ({ ...each, id: bytesOf(each.id) })),
    },
  });
  return JSON.stringify({
    id,
    rawId: textOf(rawId),
    type,
    ...(authenticatorAttachment ? { authenticatorAttachment } : {}),
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      attestationObject: textOf(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  });
}

function tell(which) {
  trouble.textContent = trouble.dataset[which];
  trouble.hidden = false;
  trouble.focus();
}

if (form !== null && 'PublicKeyCredential' in window) {
  form.hidden = false;
  form.addEventListener('submit', async (event) => {
    if (form.elements.passkey.value !== '') return;
    event.preventDefault();
    trouble.hidden = true;
    try {
      form.elements.passkey.value = await make();
    } catch (refusal) {
      return tell(refusal.name === 'InvalidStateError' ? 'known' : 'closed');
    }
    form.requestSubmit(form.querySelector('button'));
  });
} else if (trouble !== null) tell('missing');

// Signing in with a passkey: offered in the field of the ID number by browsers that can, and behind a button. The form is sent like any other.
const form = document.querySelector('form[data-passkey]');

const bytesOf = (base64url) => Uint8Array.from(atob(base64url.replace(/-/g, '+').replace(/_/g, '/')), (sign) => sign.charCodeAt(0));
const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');

const answerOf = ({ id, rawId, type, response, authenticatorAttachment }) =>
  JSON.stringify({
    id,
    rawId: textOf(rawId),
    type,
    ...(authenticatorAttachment ? { authenticatorAttachment } : {}),
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      authenticatorData: textOf(response.authenticatorData),
      signature: textOf(response.signature),
      ...(response.userHandle ? { userHandle: textOf(response.userHandle) } : {}),
    },
  });

let conditional;

async function ask(more) {
  const { challenge, rpId } = form.dataset;
  return navigator.credentials.get({ publicKey: { challenge: bytesOf(challenge), rpId, userVerification: 'required' }, ...more });
}

function send(credential) {
  form.elements.passkey.value = answerOf(credential);
  form.requestSubmit(form.querySelector('button'));
}

/** In the list of the field; whoever types a password instead is not disturbed. */
async function offerInField() {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  document.getElementById('id_number')?.setAttribute('autocomplete', 'username webauthn');
  conditional = new AbortController();
  try {
    send(await ask({ mediation: 'conditional', signal: conditional.signal }));
  } catch {
    // the button took over, or nobody chose
  }
}

if (form !== null && 'PublicKeyCredential' in window) {
  form.hidden = false;
  form.addEventListener('submit', async (event) => {
    if (form.elements.passkey.value !== '') return;
    event.preventDefault();
    conditional?.abort();
    try {
      send(await ask({}));
    } catch {
      // closed, or no passkey here: the browser has said so
    }
  });
  void offerInField();
}

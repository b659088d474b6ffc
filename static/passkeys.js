/* Passkeys (W3C WebAuthn): asks the browser for one and sends its answer with the form. Loaded only where there is one.
   What is said to people is written by the templates. */
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const octets = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const base64url = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: octets(one.id) }));

  // What the server wrote in base64url, as the browser wants it.
  function question(form) {
    const options = JSON.parse(form.dataset.options);
    options.challenge = octets(options.challenge);
    if (options.user) options.user.id = octets(options.user.id);
    options.excludeCredentials = named(options.excludeCredentials);
    options.allowCredentials = named(options.allowCredentials);
    return { publicKey: options };
  }

  function answer(made) {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (made.response[part]) response[part] = base64url(made.response[part]);
    }
    return JSON.stringify({ id: made.id, rawId: base64url(made.rawId), type: made.type, response });
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const said = form.querySelector("[data-passkey-said]");
    form.hidden = false;
    form.nextElementSibling.hidden = true;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      said.textContent = "";
      // What is left empty is said by the server first: the device would otherwise keep a key of nobody's.
      if ([...form.querySelectorAll("input.input")].some((field) => !field.value.trim())) { form.submit(); return; }
      try {
        form.elements.credential.value = answer(await navigator.credentials[form.dataset.passkey](question(form)));
      } catch {
        said.textContent = form.dataset.refused;
        return;
      }
      form.submit();
    });
  }
})();

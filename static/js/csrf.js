// The CSRF cookie is HttpOnly, so the token for htmx's requests comes from the page, and never goes to another site.
document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  const address = new URL(request.action, document.baseURI);
  if (address.origin !== location.origin || /^(GET|HEAD|OPTIONS)$/i.test(request.method)) return;
  request.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
});

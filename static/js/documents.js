// The documents of the API: Swagger's page on our own description, asking with the reader's session.
const place = document.getElementById("documents");

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.description,
  deepLinking: true,
  docExpansion: "none",
  requestInterceptor(request) {
    request.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
    return request;
  },
});

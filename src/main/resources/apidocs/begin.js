SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#api",
  deepLinking: true,
  displayRequestDuration: true,
  // The document says what it means; no validator elsewhere needs to see it.
  validatorUrl: null,
});

// The search index weighs more than the rest of a page: fetch it once somebody goes to the search
// field. The theme asks for it at once and has no setting for that.
(() => {
  const { open, send } = XMLHttpRequest.prototype;
  const searching = new Promise((begin) =>
    addEventListener("focusin", (event) => event.target.matches(".md-search__input") && begin()),
  );
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    this.waits = String(url).endsWith("/search_index.json");
    return open.call(this, method, url, ...rest);
  };
  XMLHttpRequest.prototype.send = function (...body) {
    return this.waits ? searching.then(() => send.apply(this, body)) : send.apply(this, body);
  };
})();

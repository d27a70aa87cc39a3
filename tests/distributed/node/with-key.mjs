// node --import ./with-key.mjs: every call carries the key of API_KEY, as a client would send it.
const plain = globalThis.fetch;
globalThis.fetch = (address, options = {}) =>
  plain(address, { ...options, headers: { ...options.headers, Authorization: `Bearer ${process.env.API_KEY}` } });

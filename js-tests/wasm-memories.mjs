// The memories of the package's wasm modules. It doesn't show them, so each is caught where it comes alive: at its first
// use, so that this may be imported beside the package.

export const memories = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = function instance(...args) {
  const created = new Instance(...args);
  memories.push(created.exports.memory);
  return created;
};

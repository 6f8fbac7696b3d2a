// A script, bundled with all that it imports, as the text that a worker is started from; build.mjs makes it.
declare module "*?worker" {
  const text: string;
  export default text;
}

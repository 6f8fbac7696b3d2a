// A style sheet as a text: see bundle.mjs.
declare module "*?style" {
  const css: string;
  export default css;
}

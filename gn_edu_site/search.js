// For Sphinx's search, which reads this behind its own script: an excerpt is text of the page, without its headings, its
// buttons, its widgets and its code.
const gnLeftOut =
  "h1, h2, h3, h4, .gn-launch, .gn-beside, .gn-path, .gn-stops, .gn-unreviewed, .gn-live, .cell, .highlight, summary, button";
const gnTextOf = Search.htmlToText;
Search.htmlToText = (html, anchor) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const part of page.querySelectorAll(gnLeftOut)) part.remove();
  // A term of the glossary: what is said of it.
  const term = anchor && page.querySelector(`dt${anchor}`);
  const said = term && page.querySelector(`dt${anchor} ~ dd`);
  if (said) return `${term.textContent}: ${said.textContent}`.replace(/\s+/g, " ").replace(" :", ":").trim();
  return gnTextOf(page.documentElement.outerHTML, anchor).replace(/\s+/g, " ").trim();
};

// It begins and ends with whole words.
const gnSummary = Search.makeSearchSummary;
Search.makeSearchSummary = (html, words, anchor) => {
  const said = gnSummary(html, words, anchor);
  if (said) said.textContent = said.textContent.replace(/^\.\.\.\S*\s/, "… ").replace(/\s\S*\.\.\.$/, " …");
  return said;
};

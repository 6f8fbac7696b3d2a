// Not Documentation.addTranslations(): it makes a function out of a text, which the pages' policy forbids. Sinhala tells one
// from many as English does.
Documentation.LOCALE = "si";
Object.assign(Documentation.TRANSLATIONS, {
  "Search Results": "සෙවුම් ප්‍රතිඵල",
  "Searching": "සොයමින්",
  "Preparing search...": "සෙවීම සූදානම් කරමින්...",
  "Search finished, found ${resultCount} page(s) matching the search query.": "සෙවීම අවසන්; සෙවුමට ගැළපෙන පිටු ${resultCount}ක් හමු විය.",
  "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.": "සෙවුමට ගැළපෙන කිසිදු පිටුවක් නැත. සියලු වචන නිවැරදිව ලියා ඇත්දැයි බලන්න.",
  ", in ": ", මෙහි: "
});

// Removes from a query what may identify a person, before it is sent anywhere.

// Stands for a removed number, until the end.
const GONE = "\uE000";
const numbered = (part) => (part.match(/\p{Nd}/gu)?.length > 3 ? GONE : part);

/**
 * At most 100 characters of a text, without numbers of four or more digits (also in groups, and with the letters around
 * them), without e-mail addresses and other words with "@", and without the query parts of URLs. "#" and "@" stand for
 * what is removed.
 * @type {(text: string) => string}
 */
export const masked = (text) => {
  // The beginning of a word may look harmless.
  const read = text.length > 1000 ? text.slice(0, 1000).replace(/\S*$/, "") : text;
  const words = read.normalize("NFKC").replace(/[\p{Cc}\p{Co}\s]+/gu, " ").trim()
    .replace(/\S* ?(@|%40|[([]at[)\]]) ?\S*/gi, "@")
    .replace(/([./]\S*?)[?#]\S*/g, "$1")
    // Account numbers such as GB29 NWBK 6016 1331 9268 19.
    .replace(/\b[a-z]{2}\d\d( ?[a-z\d]{4}){2,7}( ?[a-z\d]{1,4})?\b/gi, numbered)
    .replace(/\p{Nd}([^\p{L}\p{Nd}@]{0,3}\p{Nd}){3,}/gu, GONE)
    .split(" ").map((word) => (numbered(word).includes(GONE) ? "#" : word));
  return [...words.join(" ")].slice(0, 100).join("");
};

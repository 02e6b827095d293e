// A site whose articles have text in every place where text can be: for what search shows of it, and opens of it.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { buildProject } from "./pages.js";

const FILES = {
  "kb.toml": `title = "Places"
[build]
git_dates = false
`,
  "content/search.toml": `[[synonyms]]
words = ["boot", "power up"]
`,
  "content/blocks.md": `---
title: Blocks
---

Lead *em*phasis,  
broken[^lead] line with H<sub>2</sub>O.

[^lead]: Of the lead, see[^deep] and ![alt in a note](pixel.png).
[^deep]: Deep.

## Lists {#lists}

- one
- two
  1. inner

  more of two
- [ ] task
- [x] done

Term
: Meaning
: Another

## Tables {#tables}

| Card | Fee |
|------|-----|
| Visa | 2 % |
| Other[^b] | 3 % |

[^b]: of b

    ## Heading in a note

    <h3 id="raw-in-note">Raw in a note</h3>

## Code[^h] {#code}

[^h]: Of the heading.

\`\`\`sh
first  line

  second "line" & <more>
\`\`\`

> A quotation with \`code  span\`
>
> - and a list

![alt
text](pixel.png "A caption")

Inline ![alt](pixel.png) image.

## Parts {#parts}

:::note
Of the theme.
:::

:::tip[Mine]
My own.
:::

:::details
Hidden.

### Inside {#inside}

Inner text.
:::

:::tabs
:::tab Windows
Run it.
:::
:::tab macOS
Drag it.
:::
:::

:::steps
1. Press
2. Hold
:::

![Film](https://youtu.be/abcdefghijk)

![](https://youtu.be/abcdefghijk)

See ![](clip.mp4) and *![](https://youtu.be/abcdefghijk)* here.
`,
  "content/raw.md": `---
title: Raw
---

<p>A <b>b</b>old
start<br>broken <img src="pixel.png" alt="of raw
html"> end</p>

<h2 id="refunds">Re<i>funds</i>
now</h2>
<ul><li>first<li>second</ul>
<table><caption>Prices</caption><tr><th>Card<td>Fee</table>
<h3>Without id</h3>

Text <span>in</span><span>line</span>.

<div>

<h3 id="more">

*More*

</h3>

<pre>
kept
  lines
</pre>

<details><summary>Sum</summary>Closed <button>Press</button></details>

<svg><title>no</title></svg><style>.no { color: red }</style><template><h2 id="no">no</h2>no</template><script type="text/plain">no</script>

</div>

<dl><dt>T<dd>D</dl><form><label>Name <select><option>a<option>b</select></label></form>

<iframe src="https://www.youtube.com/embed/abcdefghijk" title="Framed"></iframe>

<video src="clip.mp4" aria-label="Clip"></video>
`,
  "content/questions.md": `---
title: Questions about payment
template: faq
---

Lead.

## Money

### May I pay by invoice?

Yes, within fourteen days.[^1]

### May I pay in cash?

Only at the counter, bring banknotes.

#### Which ones {#which}

Small ones, of *cotton*.

:::details Coins
No coins, but *ducats*.

:::tabs
:::tab Silver
Thalers.
:::
:::tab Gold
Guilders.
:::
:::
:::

## What of cheques?

No.

[^1]: Until the end of the year.
`,
  "content/parts.md": `---
title: Install the quokka
---

Lead, about installing and power.

## Steps {#steps}

:::tabs
:::tab Windows
Run the installer.
:::
:::tab macOS
Drag the quokka icon, then install.

:::details Behind a proxy
Set the wombat variable.
:::
:::
:::

## Problems {#problems}

> [!WARNING]- Danger
> Never feed the numbat.

The light can power up. Up with the power!

:::tabs
:::tab Windows
Nothing.
:::
:::tab Linux
Run \`bilby\`.

### Deeper {#deeper}

Even deeper.
:::
:::
`,
};

// Writes the project and builds it into the folder `sections` of `work`.
export function build(kb, work) {
  const project = path.join(work, "sections.source");
  for (const [name, text] of Object.entries(FILES)) {
    const file = path.join(project, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const pixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  for (const name of ["pixel.png", "clip.mp4"]) writeFileSync(path.join(project, "content", name), pixel);
  buildProject(kb, project, path.join(work, "sections"));
}

// node build.js KB FOLDER: builds the sites that the tests look at.

import path from "node:path";
import { BARE, CONTACT, MANUAL, SHOWCASE, buildProject, writeProject } from "./pages.js";
import { build as buildSections } from "./sections.js";
import { build } from "./site.js";

const [kb, work] = process.argv.slice(2);
build(kb, work);
buildSections(kb, work);
buildProject(kb, SHOWCASE, path.join(work, "showcase"));
buildProject(kb, MANUAL, path.join(work, "manual"));
for (const [name, files] of Object.entries({ ...BARE, ...CONTACT })) buildProject(kb, writeProject(path.join(work, `${name}.source`), files), path.join(work, name));

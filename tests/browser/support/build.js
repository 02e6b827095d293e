// node build.js KB FOLDER: builds the sites that the tests look at.

import path from "node:path";
import { BARE, MANUAL, SHOWCASE, buildProject, writeProject } from "./pages.js";
import { build } from "./site.js";

const [kb, work] = process.argv.slice(2);
build(kb, work);
buildProject(kb, SHOWCASE, path.join(work, "showcase"));
buildProject(kb, MANUAL, path.join(work, "manual"));
for (const theme of ["default", "plain"]) buildProject(kb, writeProject(path.join(work, `bare-${theme}.source`), BARE(theme)), path.join(work, `bare-${theme}`));

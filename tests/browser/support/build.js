// node build.js KB FOLDER: builds the sites that the tests search.

import { build } from "./site.js";

build(process.argv[2], process.argv[3]);

// Makes the page faster to use. Everything works without scripts, too: links and the form lead to the same URLs.
import { listenForCopies } from "./copy.js";
import { listenForText } from "./explanation.js";
import { listenForFilters } from "./filters.js";
import { listenForGenes } from "./genes.js";
import { listenForMoves } from "./moves.js";
import { listenForPicture } from "./picture.js";

document.documentElement.classList.add("script");
listenForMoves();
listenForGenes();
listenForText();
listenForCopies();
listenForPicture();
listenForFilters();

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    document.getElementById("q")?.select();
  }
});

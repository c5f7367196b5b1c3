// The frame of every page: colour scheme and the "about" dialog.
import { currentScheme, setScheme } from "./lib/scheme.js";

document.getElementById("scheme").addEventListener("click", () => {
  setScheme(currentScheme() === "dark" ? "light" : "dark");
});

const about = document.getElementById("about");
document.getElementById("about-open").addEventListener("click", () => about.showModal());

// On a phone the names of the pages scroll: this page's is in sight.
document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

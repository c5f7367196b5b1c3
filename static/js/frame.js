// The frame of every page: the current page in sight, colour scheme and the "about" dialog.
import { currentScheme, setScheme } from "./lib/page/scheme.js";

document.getElementById("scheme").addEventListener("click", () => {
  setScheme(currentScheme() === "dark" ? "light" : "dark");
});

const about = document.getElementById("about");
document.getElementById("about-open").addEventListener("click", () => about.showModal());

// On a narrow screen the navigation scrolls sideways: the page that one is on is shown in its middle.
const navigation = document.querySelector(".top nav");
const current = navigation.querySelector("[aria-current]");
if (current) {
  const [all, one] = [navigation.getBoundingClientRect(), current.getBoundingClientRect()];
  navigation.scrollLeft += one.left - all.left - (all.width - one.width) / 2;
}

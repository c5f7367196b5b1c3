// The training page: its plan, and where to see how the variants end.
document.getElementById("view").setAttribute("aria-busy", "false");

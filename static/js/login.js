// The page that asks for the password, where it has to be waited for: the button counts down, and then says so.
const button = document.querySelector("button[data-wait]");
const words = button.textContent;
const due = Date.now() + 1000 * Number(button.dataset.wait);

function count() {
  const seconds = Math.ceil((due - Date.now()) / 1000);
  button.disabled = seconds > 0;
  button.textContent = seconds > 0 ? `${words} in ${seconds} s` : words;
  if (seconds > 0) setTimeout(count, due - Date.now() - 1000 * (seconds - 1));
  else sayReady();
}

function sayReady() {
  const told = document.getElementById("login-problem");
  told.textContent = "You can enter the password again now.";
  told.classList.remove("login-problem"); // it is no error any more
}

count();

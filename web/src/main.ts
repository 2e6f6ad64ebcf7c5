import { mount } from "svelte";
import App from "./App.svelte";
import { i18n, preferredLanguage } from "./lib/i18n.svelte";
import { prefs } from "./lib/prefs.svelte";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";

const asked = new URLSearchParams(location.search).get("lang");
prefs.applyTheme();
// Where a catalogue cannot be fetched the page is in English.
await i18n.use(preferredLanguage(asked, prefs.language, navigator.languages)).catch(() => i18n.use("en"));
mount(App, { target: document.getElementById("app")! });

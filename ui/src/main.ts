// Mounts the window's content.
import { mount } from "svelte";

import App from "./App.svelte";
import "./shared/tokens.css";

const target = document.getElementById("app");
if (!target) throw new Error("the page has no #app");
mount(App, { target });

// The diagram as PNG: the host's own SVG, drawn by the web view.
import { host } from "../../ipc/client";
import { t } from "../../shared/i18n/i18n.svelte";
import { fileName, session } from "../shell/session.svelte";

/** No side of the picture is longer: web views refuse larger canvases. */
const LONGEST = 8000;

export async function exportPng(): Promise<void> {
  const open = session.open;
  if (!open) return;
  await session.attempt(async () => {
    const format = session.theme === "dark" ? "svgDark" : "svgLight";
    const picture = await rasterise(await host.renderSchema(open.source, format));
    const path = await host.exportPng(fileName(open.summary.title), picture);
    if (path) session.say(t("toast.saved", { path }));
  });
}

/** Base64 of the PNG. */
async function rasterise(svg: string): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const scale = Math.min(2, LONGEST / Math.max(image.naturalWidth, image.naturalHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this web view cannot draw");
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png").replace(/^data:image\/png;base64,/, "");
}

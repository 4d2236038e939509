/** Gives the person a file to keep, as a browser's download. */
export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The same for a text. */
export function saveFile(file: { name: string; type: string; text: string }): void {
  saveBlob(file.name, new Blob([file.text], { type: `${file.type};charset=utf-8` }));
}

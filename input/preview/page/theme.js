// Keeps the theme, light or dark, in the browser, and names the colours that charts need of it.

const root = document.documentElement;

export const isDark = () => root.classList.contains('dark');

export function setDark(dark) {
  root.classList.toggle('dark', dark);
}

const read = (name) => getComputedStyle(root).getPropertyValue(name).trim();

export const themeColors = () => ({
  font: getComputedStyle(root).fontFamily,
  text: read('--text'),
  subdued: read('--subdued'),
  border: read('--border'),
  panel: read('--panel'),
  shade: read('--shade'),
  land: isDark() ? '#22324a' : '#e3e9f1',
  coast: isDark() ? '#0b1628' : '#ffffff',
});

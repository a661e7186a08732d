/** The contents: one stop for Tab, arrows move within it, and the section in sight is marked. */
import { byId } from "./dom";

export function rail(): void {
  const links = [...byId("rail").querySelectorAll<HTMLAnchorElement>("a")];
  const stop = (at: HTMLAnchorElement) => links.forEach((link) => (link.tabIndex = link === at ? 0 : -1));
  const sections = links.map((link) => byId(new URL(link.href).hash.slice(1)));
  const seen = new Set<Element>();
  const mark = () => {
    const at = sections.findIndex((section) => seen.has(section));
    links.forEach((link, i) => {
      if (i === at) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    if (at >= 0 && !links.some((link) => link === document.activeElement)) stop(links[at]);
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting) seen.add(target);
        else seen.delete(target);
      }
      mark();
    },
    // A line at a third of the screen: the section that crosses it is the one that is read.
    { rootMargin: "-33% 0px -66% 0px" },
  );
  for (const section of sections) observer.observe(section);
  stop(links[0]);
  byId("rail").addEventListener("keydown", (event) => {
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const link = links[Math.max(0, Math.min(links.length - 1, to))];
    stop(link);
    link.focus();
  });
}

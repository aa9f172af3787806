// The page that is open is in sight in the rail, however long its list.
document.querySelector(".rail-pages [aria-current='page']")?.scrollIntoView({ block: "nearest" });

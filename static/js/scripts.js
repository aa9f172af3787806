// Tells the server that scripts run here, so that a page may leave panels to be fetched after it.
document.cookie = "scripts=1; path=/; samesite=lax";

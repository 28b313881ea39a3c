// What a page says that could not load anything, not even its texts.
import type { Language } from "../../../shared/texts/languages";

/** The sentence, by language. */
export const START_PROBLEM: Record<Language, string> = {
  en: "The portal cannot be loaded. Check your connection, then load the page again.",
  de: "Das Portal kann nicht geladen werden. Prüfen Sie Ihre Verbindung und laden Sie die Seite dann neu.",
  es: "No se puede cargar el portal. Comprueba tu conexión y vuelve a cargar la página.",
  ar: "تعذّر تحميل البوابة. تحقّق من اتصالك ثم أعد تحميل الصفحة.",
};

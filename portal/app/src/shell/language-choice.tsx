// The choice of a language for visitors, who have no profile. Each language is named in itself.
import { LANGUAGES, nameOf } from "../../../shared/texts/languages";
import { Button } from "../parts/button";
import { t } from "../texts";
import { choice, takeLanguage } from "../texts/language";
import { loadTexts } from "../texts/translator";

/** The list, at the end of each page. */
export function LanguageChoice() {
  return (
    <footer class="languages">
      <ul class="row" aria-label={t("language.choice")}>
        {LANGUAGES.map((each) => (
          <li key={each} lang={each} aria-current={each === choice.value.language ? "true" : undefined}>
            <Button look="quiet" onPress={() => void takeLanguage(each, loadTexts)}>
              {nameOf(each)}
            </Button>
          </li>
        ))}
      </ul>
    </footer>
  );
}

// The portal's start: draws the page into #app.
import { render } from "preact";

function Page() {
  return (
    <main>
      <h1>Courses</h1>
    </main>
  );
}

render(<Page />, document.getElementById("app") as HTMLElement);

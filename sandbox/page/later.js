// later returns a function that has an action done a little later: once for all calls until then, and never twice at a time.
export function later(milliseconds, action) {
  let [waits, runs, again] = [false, false, false];
  const call = () => {
    if (runs) again = true;
    else if (!waits) {
      waits = true;
      setTimeout(run, milliseconds);
    }
  };
  const run = async () => {
    [waits, runs] = [false, true];
    try {
      await action();
    } finally {
      runs = false;
      if (again) {
        again = false;
        call();
      }
    }
  };
  return call;
}

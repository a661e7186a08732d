/** `act` with the value given last, once no other has been given for so many milliseconds: for what need not follow a hand. */
export function atRest<T>(milliseconds: number, act: (value: T) => void): (value: T) => void {
  let timer = 0;
  return (value) => {
    clearTimeout(timer);
    timer = window.setTimeout(act, milliseconds, value);
  };
}

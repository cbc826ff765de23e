// For the help alone, which has no wide characters.
export default (text) => text.length;

// What the API says of a parameter stands in parentheses; a page has a button for it and leaves that out.
const PARAMETER = / \((?:Read it with )?missing=drop\.?\)/g;

export const inPageWords = (text) => text.replace(PARAMETER, "");

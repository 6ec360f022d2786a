export async function browserRows() {
  return [];
}

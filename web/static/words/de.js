// What the customer's chat says in German.
export default {
  title: "Kundendienst",
  loading: "Einen Moment …",
};

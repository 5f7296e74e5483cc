// What the customer's chat says in English.
export default {
  title: "Support",
  loading: "One moment…",
};

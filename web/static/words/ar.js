// What the customer's chat says in Arabic.
export default {
  title: "الدعم",
  loading: "لحظة من فضلك…",
};

// Judges in place of a model: every answer passes, and what it was asked stands in the results.
export default class Grader {
  id() {
    return "grader";
  }

  async callApi(prompt) {
    return { output: JSON.stringify({ pass: true, score: 1, reason: `asked ${prompt.length} characters` }) };
  }
}

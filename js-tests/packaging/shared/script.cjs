const { exercise } = require("./exercise.cjs");

exercise().then((outcome) => console.log(JSON.stringify(outcome)));

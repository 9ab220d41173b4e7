"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);

  // Okabe and Ito's palette, which colour-blind readers can tell apart.
  const palette = ["#4a5058", "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9"];
  const colour = (model) => palette[data.models.indexOf(model) % palette.length];
  const cases = data.cases.filter((each) => each.iteration_s).map((each) => {
    const [sim, sockets] = each.iteration_s;
    return { ...each, simulated: sim, measured: sockets, error: sim / sockets - 1 };
  });

  // ---- text and elements: text is always set as text, never as markup -------------------------

  const byId = (id) => document.getElementById(id);
  const seconds = (s) => s < 1 ? +(s * 1e3).toPrecision(3) + " ms" : +s.toPrecision(3) + " s";
  const percent = (x) => (x > 0 ? "+" : "") + (100 * x).toFixed(1) + " %";
  const svg = (tag, attributes = {}, text) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const key = (name, hue, kind) => {
    const span = document.createElement("span");
    span.style.setProperty("--colour", hue);
    span.className = kind;
    span.textContent = name;
    return span;
  };
  const mark = (x, y, each) => {
    const circle = svg("circle", { class: "mark", cx: x, cy: y, r: 4.5, fill: colour(each.model) });
    circle.append(svg("title", {}, `${each.scenario}, ${each.variant}: simulator ${seconds(each.simulated)}, ` +
      `sockets ${seconds(each.measured)}, ${percent(each.error)}`));
    return circle;
  };
  const absent = (place, text) => {
    const paragraph = document.createElement("p");
    paragraph.className = "absent";
    paragraph.textContent = text;
    place.append(paragraph);
  };
  const roundStep = (span, count) => {
    const unit = 10 ** Math.floor(Math.log10(span / count));
    return unit * [1, 2, 5, 10].find((n) => span / count <= n * unit * (1 + 1e-9));
  };

  // ---- simulated against measured ---------------------------------------------------------------

  const drawScatter = () => {
    const place = byId("scatter");
    if (!cases.length) return absent(place, "No case was run on both.");
    const size = 500, left = 58, bottom = 46, top = 8, plot = size - left - 10;
    const times = cases.flatMap((each) => [each.simulated, each.measured]);
    const low = Math.log10(Math.min(...times)) - 0.06, high = Math.log10(Math.max(...times)) + 0.06;
    const at = (time) => (Math.log10(time) - low) / (high - low) * plot;
    const picture = svg("svg", { viewBox: `0 0 ${size} ${top + plot + bottom}`, role: "img" });
    const base = top + plot;
    let taken = -Infinity;
    for (let exponent = Math.floor(low); exponent <= high; ++exponent) {
      for (const digit of [1, 2, 5]) {
        const time = digit * 10 ** exponent, offset = at(time);
        if (offset < 0 || offset > plot || offset - taken < 28) continue;
        taken = offset;
        picture.append(
          svg("line", { class: "grid", x1: left + offset, x2: left + offset, y1: top, y2: base }),
          svg("line", { class: "grid", x1: left, x2: left + plot, y1: base - offset, y2: base - offset }),
          svg("text", { x: left + offset, y: base + 18, "text-anchor": "middle" }, seconds(time)),
          svg("text", { x: left - 7, y: base - offset + 4, "text-anchor": "end" }, seconds(time)));
      }
    }
    picture.append(
      svg("line", { class: "diagonal", x1: left, y1: base, x2: left + plot, y2: top }),
      svg("text", { x: left + plot / 2, y: base + 38, "text-anchor": "middle" }, "sockets"),
      svg("text", { x: 0, y: 0, transform: `translate(11 ${top + plot / 2}) rotate(-90)`, "text-anchor": "middle" }, "simulator"));
    for (const each of cases) picture.append(mark(left + at(each.measured), base - at(each.simulated), each));
    place.append(picture);
  };

  // ---- error by case ------------------------------------------------------------------------------

  const drawErrors = () => {
    const place = byId("errors");
    if (!cases.length) return absent(place, "No case was run on both.");
    const scenarios = [...new Set(cases.map((each) => each.scenario))];
    const names = 170, width = 620, plot = width - names - 20, row = 25, top = 6;
    const largest = Math.max(0.06, ...cases.map((each) => Math.abs(each.error))) * 1.05;
    const at = (error) => names + (error + largest) / (2 * largest) * plot;
    const base = top + scenarios.length * row;
    const picture = svg("svg", { viewBox: `0 0 ${width} ${base + 40}`, role: "img" });
    picture.append(svg("rect", { class: "band", x: at(-0.05), width: at(0.05) - at(-0.05), y: top, height: base - top }));
    const step = roundStep(2 * largest, 8);
    for (let n = Math.ceil(-largest / step); n * step <= largest; ++n) {
      const x = at(n * step);
      picture.append(
        svg("line", { class: n === 0 ? "axis" : "grid", x1: x, x2: x, y1: top, y2: base }),
        svg("text", { x, y: base + 17, "text-anchor": "middle" }, `${+(100 * n * step).toPrecision(3)} %`));
    }
    scenarios.forEach((scenario, i) => {
      const y = top + (i + 0.5) * row;
      picture.append(
        svg("line", { class: "grid", x1: names, x2: names + plot, y1: y, y2: y }),
        svg("text", { x: 0, y: y + 4 }, scenario.length > 26 ? scenario.slice(0, 25) + "…" : scenario));
      const here = cases.filter((each) => each.scenario === scenario);
      here.forEach((each, k) => picture.append(
        mark(at(each.error), y + (k - (here.length - 1) / 2) * Math.min(4.5, 16 / here.length), each)));
    });
    place.append(picture);
  };

  // ---- learning curves ------------------------------------------------------------------------------

  const drawCurves = () => {
    const place = byId("curves");
    const learning = data.cases.filter((each) => each.sim && each.sockets);
    const scenarios = [...new Set(learning.map((each) => each.scenario))];
    if (!scenarios.length) {
      byId("learning").hidden = true;
      return;
    }
    byId("curve-keys").append(key("line: simulator", "#59636e", "line"), key("dots: sockets", "#59636e", "dot"));
    for (const scenario of scenarios) {
      const here = learning.filter((each) => each.scenario === scenario);
      const width = 290, height = 200, left = 34, top = 24, bottom = 24;
      const points = here.flatMap((each) => [...each.sim, ...each.sockets]);
      const longest = Math.max(...points.map(([time]) => time));
      const losses = points.map(([, loss]) => loss).filter((loss) => loss !== null);
      const low = Math.min(...losses), high = Math.max(...losses);
      const x = (time) => left + time / longest * (width - left - 6);
      const y = (loss) => top + (high - loss) / (high - low || 1) * (height - top - bottom);
      const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
      picture.append(svg("text", { class: "strong", x: 0, y: 12 }, scenario));
      const yStep = roundStep(high - low || 1, 4), xStep = roundStep(longest, 5);
      for (let n = Math.ceil(low / yStep); n * yStep <= high; ++n)
        picture.append(
          svg("line", { class: "grid", x1: left, x2: width - 6, y1: y(n * yStep), y2: y(n * yStep) }),
          svg("text", { x: left - 5, y: y(n * yStep) + 4, "text-anchor": "end" }, String(+(n * yStep).toPrecision(3))));
      for (let n = 0; n * xStep <= longest; ++n)
        picture.append(svg("text", { x: x(n * xStep), y: height - 6, "text-anchor": "middle" }, String(+(n * xStep).toPrecision(3))));
      for (const each of here) {
        const hue = colour(each.model);
        const path = each.sim.filter(([, loss]) => loss !== null).map(([time, loss]) => `${x(time).toFixed(1)} ${y(loss).toFixed(1)}`);
        picture.append(svg("path", { d: "M" + path.join("L"), fill: "none", stroke: hue, "stroke-width": 1.4 }));
        for (const [time, loss] of each.sockets)
          if (loss !== null) picture.append(svg("circle", { cx: x(time), cy: y(loss), r: 2.1, fill: hue, "fill-opacity": 0.75 }));
      }
      place.append(picture);
    }
  };

  document.querySelectorAll(".swatch[data-model]").forEach((swatch) => {
    swatch.style.background = palette[+swatch.dataset.model % palette.length];
  });
  byId("models").append(...data.models.map((model) => key(model, colour(model), "dot")));
  byId("curve-keys").append(...data.models.map((model) => key(model, colour(model), "")));
  drawScatter();
  drawErrors();
  drawCurves();
})();

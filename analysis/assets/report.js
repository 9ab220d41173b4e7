"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const variants = data.variants;
  const single = variants.length === 1;

  // Okabe and Ito's palette, which colour-blind readers can tell apart; the baseline is grey.
  const palette = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#8a6d3b"];
  const dashes = [[], [7, 4], [2, 3]];
  const style = (index) => {
    if (single) return { colour: palette[0], dash: [] };
    if (index === 0) return { colour: "#4a5058", dash: [] };
    const turn = Math.floor((index - 1) / palette.length) % dashes.length;
    return { colour: palette[(index - 1) % palette.length], dash: dashes[turn] };
  };
  const parts = [
    { name: "compute", colour: "#3c78b4" },
    { name: "wait", colour: "#eda13c" },
    { name: "pull", colour: "#8fd0c0" },
    { name: "push", colour: "#b98bc4" },
  ];
  const faultColour = "#b3390f", viewColour = "#7a3fa0", recoveryColour = "#e9967a";
  const font = (size) => size + 'px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

  // ---- text ---------------------------------------------------------------------------------

  const digits = (x, n = 3) => {
    if (x === 0) return "0";
    if (x === null || !isFinite(x)) return "-";
    const size = Math.abs(x);
    if (size >= 1e6 || size < 1e-3) return x.toExponential(n - 1);
    return x.toFixed(Math.max(0, n - 1 - Math.floor(Math.log10(size) + 1e-9)));
  };
  const seconds = (s) => {
    if (s === 0) return "0 s";
    if (s < 1e-3) return digits(s * 1e6) + " µs";
    if (s < 1) return digits(s * 1e3) + " ms";
    return s < 120 ? digits(s) + " s" : digits(s / 60) + " min";
  };
  const bytes = (b) => {
    const unit = [[1e12, "TB"], [1e9, "GB"], [1e6, "MB"], [1e3, "kB"]].find(([size]) => b >= size);
    return unit ? digits(b / unit[0]) + " " + unit[1] : digits(b) + " B";
  };
  const percent = (share) => Math.round(share * 100) + " %";

  // ---- elements: text is always set as text, never as markup ----------------------------------

  const byId = (id) => document.getElementById(id);
  const element = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  const svg = (tag, attributes = {}, ...children) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  const choice = (place, options, initial, change) => {
    const buttons = options.map(([value, label]) => {
      const button = element("button", { type: "button", "aria-pressed": value === initial }, label);
      button.onclick = () => {
        buttons.forEach((other) => other.setAttribute("aria-pressed", other === button));
        change(value);
      };
      return button;
    });
    place.replaceChildren(...buttons);
  };
  const variantChoice = (place, change) =>
    choice(place, variants.map((variant, i) => [i, variant.name]), 0, change);
  const keys = (list) =>
    element("div", { class: "keys" }, ...list.map(({ name, colour }) =>
      element("span", { style: "--colour:" + colour }, name)));
  const tooltip = (place) => {
    const tip = element("div", { class: "tip", hidden: "" });
    place.append(tip);
    return {
      show(x, y, ...children) {
        tip.replaceChildren(...children);
        tip.hidden = false;
        const right = x + 16 + tip.offsetWidth > place.clientWidth;
        tip.style.left = Math.max(0, right ? x - 12 - tip.offsetWidth : x + 16) + "px";
        tip.style.top = Math.max(0, Math.min(y, place.clientHeight - tip.offsetHeight)) + "px";
      },
      hide() { tip.hidden = true; },
    };
  };
  const niceCeiling = (x, steps = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]) => {
    const unit = 10 ** Math.floor(Math.log10(x));
    return unit * steps.find((n) => x <= n * unit * (1 + 1e-9));
  };

  // ---- learning curves ------------------------------------------------------------------------

  const view = { quantity: "loss", log: false, hidden: new Set() };
  const charts = [];

  const valueAt = (curve, values, x) => {
    const xs = curve.x;
    if (!xs.length || x < xs[0] || x > xs[xs.length - 1]) return null;
    let low = 0, high = xs.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (xs[middle] <= x) low = middle; else high = middle;
    }
    if (values[low] === null || values[high] === null || xs[high] === xs[low]) return values[low];
    return values[low] + (values[high] - values[low]) * (x - xs[low]) / (xs[high] - xs[low]);
  };

  const valueRange = (field) => {
    let low = Infinity, high = -Infinity, start = 0, tamest = Infinity;
    variants.forEach((variant, i) => {
      if (view.hidden.has(i)) return;
      const [middle, least, greatest] = variant[field][view.quantity];
      least.forEach((value) => { if (value !== null) low = Math.min(low, value); });
      greatest.forEach((value) => { if (value !== null) high = Math.max(high, value); });
      if (middle.length && middle[0] !== null) start = Math.max(start, middle[0]);
      if (middle.length) tamest = Math.min(tamest, Math.max(...middle));
    });
    if (low > high) return [0.1, 1];
    if (view.quantity === "loss") {
      if (data.target !== null) low = Math.min(low, data.target);
      // A variant that diverges leaves the frame, unless all do.
      if (start > 0) high = Math.min(high, Math.max(1.5 * start, tamest));
      if (view.log && low > 0) return [low / 1.05, high * 1.05];
    }
    const margin = (high - low) * 0.04 || Math.abs(high) * 0.1 || 1;
    return [low - margin, high + margin];
  };

  const drawMarks = (chart, field) => {
    const { ctx, bbox } = chart;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.font = font(12 * ratio);
    if (field === "by_time") {
      variants.forEach((variant, i) => {
        if (view.hidden.has(i)) return;
        variant.failovers.recoveries.forEach(([from, to]) => {
          const x = chart.valToPos(from, "x", true);
          ctx.fillStyle = style(i).colour + (single ? "26" : "1c");
          ctx.fillRect(x, bbox.top, chart.valToPos(to, "x", true) - x, bbox.height);
        });
        if (!single) return;
        ctx.strokeStyle = viewColour;
        ctx.lineWidth = ratio;
        ctx.setLineDash([ratio, 2 * ratio]);
        variant.failovers.views.forEach(([time]) => {
          const x = chart.valToPos(time, "x", true);
          ctx.beginPath();
          ctx.moveTo(x, bbox.top + 18 * ratio);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
        });
      });
      let last = -Infinity;
      data.faults.forEach(([time, label]) => {
        const x = chart.valToPos(time, "x", true);
        ctx.strokeStyle = ctx.fillStyle = faultColour;
        ctx.lineWidth = ratio;
        ctx.setLineDash([3 * ratio, 3 * ratio]);
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
        if (x - last > 90 * ratio) {
          ctx.textAlign = "left";
          ctx.fillText(label, x + 4 * ratio, bbox.top + 13 * ratio);
          last = x;
        }
      });
    }
    if (view.quantity === "loss" && data.target !== null) {
      const y = chart.valToPos(data.target, "y", true);
      ctx.strokeStyle = "#59636e";
      ctx.lineWidth = ratio;
      ctx.setLineDash([6 * ratio, 4 * ratio]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.setLineDash([]);
      ctx.fillStyle = "#59636e";
      ctx.textAlign = "left";
      ctx.strokeStyle = "rgba(255, 255, 255, 0.85)";
      ctx.lineWidth = 4 * ratio;
      ctx.strokeText("target " + data.target, bbox.left + 6 * ratio, y - 5 * ratio);
      ctx.fillText("target " + data.target, bbox.left + 6 * ratio, y - 5 * ratio);
      const key = field === "by_time" ? "time_to_target" : "iterations_to_target";
      variants.forEach((variant, i) => {
        if (view.hidden.has(i) || variant[key] === null) return;
        ctx.fillStyle = style(i).colour;
        ctx.strokeStyle = "#fff";
        ctx.lineWidth = 1.5 * ratio;
        ctx.beginPath();
        ctx.arc(chart.valToPos(variant[key], "x", true), y, 5 * ratio, 0, 2 * Math.PI);
        ctx.fill();
        ctx.stroke();
      });
    }
    ctx.restore();
  };

  const curveTip = (chart, field, tip) => {
    const { left, top } = chart.cursor;
    if (left === undefined || left < 0) return tip.hide();
    const x = chart.posToVal(left, "x");
    const rows = [];
    variants.forEach((variant, i) => {
      if (view.hidden.has(i)) return;
      const value = valueAt(variant[field], variant[field][view.quantity][0], x);
      if (value === null) return;
      const name = element("td", {}, element("b", { class: "swatch" }), variant.name);
      name.firstChild.style.background = style(i).colour;
      rows.push([value, element("tr", {}, name, element("td", {}, digits(value, 4)))]);
    });
    if (!rows.length) return tip.hide();
    rows.sort((a, b) => b[0] - a[0]);
    const head = field === "by_time" ? "at " + seconds(x) : "iteration " + digits(x, 4);
    tip.show(left + chart.over.offsetLeft, top + chart.over.offsetTop, element("strong", {}, head),
      element("table", {}, ...rows.map(([, row]) => row)));
  };

  // On a log axis: round numbers, fewer of them the more decades there are.
  const wholeTicks = (chart, splits) => {
    if (!view.log || view.quantity !== "loss") return splits;
    const decades = Math.log10(chart.scales.y.max / chart.scales.y.min);
    const leading = decades > 3 ? "1" : decades > 1.2 ? "125" : "123456789";
    const isRound = (value) => Math.abs(+value.toPrecision(1) - value) < 1e-9 * value;
    return splits.map((value) =>
      isRound(value) && leading.includes(value.toExponential(0)[0]) ? value : null);
  };

  const drawCurves = (place, field, xLabel) => {
    place.replaceChildren();
    const tables = variants.map((variant, i) =>
      view.hidden.has(i) ? [[], [], [], []] : [variant[field].x, ...variant[field][view.quantity]]);
    if (variants.every((variant) => variant[field].x.length === 0)) {
      place.append(element("p", { class: "absent" }, "The model was not evaluated in this run."));
      return;
    }
    if (tables.every(([x]) => x.length === 0)) {
      place.append(element("p", { class: "absent" }, "Click a name to show its curve."));
      return;
    }
    const tip = tooltip(place);
    const series = [{}], bands = [];
    variants.forEach((variant, i) => {
      const { colour, dash } = style(i);
      const common = { show: !view.hidden.has(i), spanGaps: false, points: { show: false } };
      series.push({ ...common, stroke: colour, width: single ? 2 : 1.8, dash });
      series.push({ ...common, stroke: colour + "30", width: 1 });
      series.push({ ...common, stroke: colour + "30", width: 1 });
      if (variant.seeds > 1) bands.push({ series: [3 * i + 3, 3 * i + 2], fill: colour + "22" });
    });
    const axis = {
      font: font(12), labelFont: font(13), stroke: "#59636e", labelSize: 26,
      grid: { stroke: "#e8ecef", width: 1 }, ticks: { stroke: "#d9dee3", width: 1, size: 5 },
    };
    const yLabel = view.quantity === "loss" ? "held-out loss" : data.metric + " on held-out data";
    const format = (chart, splits) => splits.map((value) => value === null ? "" : String(+value.toPrecision(6)));
    const chart = new uPlot({
      width: place.clientWidth, height: 340,
      legend: { show: false },
      cursor: { points: { show: false }, drag: { x: true, y: false } },
      scales: {
        x: { time: false, range: (u, low, high) => [low, high + 0.015 * (high - low)] },
        y: { distr: view.log && view.quantity === "loss" ? 3 : 1, range: () => valueRange(field) },
      },
      axes: [
        { ...axis, label: xLabel, size: 34, values: format },
        { ...axis, label: yLabel, size: 44, labelSize: 22, values: format, filter: wholeTicks },
      ],
      series, bands,
      hooks: {
        draw: [(u) => drawMarks(u, field)],
        setCursor: [(u) => curveTip(u, field, tip)],
      },
    }, uPlot.join(tables), place);
    chart.over.addEventListener("mouseleave", () => tip.hide());
    charts.push([chart, place]);
  };

  const drawLearning = () => {
    charts.splice(0).forEach(([chart]) => chart.destroy());
    drawCurves(byId("by-time"), "by_time", "virtual time (s)");
    drawCurves(byId("by-iteration"), "by_iteration", "iterations (mean over workers)");
  };

  const makeLegend = () => {
    if (single) return;
    byId("legend").append(...variants.map((variant, i) => {
      const line = element("i");
      line.style.background = style(i).colour;
      const button = element("button", { type: "button", "aria-pressed": "true" }, line, variant.name);
      button.onclick = () => {
        if (!view.hidden.delete(i)) view.hidden.add(i);
        button.setAttribute("aria-pressed", !view.hidden.has(i));
        drawLearning();
      };
      return button;
    }));
  };

  // ---- compute, wait, pull, push --------------------------------------------------------------

  const drawSplit = () => {
    const place = byId("split");
    const names = 150, width = 1180, bar = 26, step = 38, plot = width - names - 90;
    const longest = Math.max(...variants.map((v) => v.split.reduce((a, b) => a + b, 0)));
    if (!(longest > 0)) {
      place.append(element("p", { class: "absent" }, "No iteration was completed."));
      return;
    }
    const picture = svg("svg", { viewBox: `0 0 ${width} ${variants.length * step + 4}`, role: "img" });
    variants.forEach((variant, i) => {
      const y = i * step + 4;
      const total = variant.split.reduce((a, b) => a + b, 0);
      const label = svg("text", { class: "strong", x: 0, y: y + 18 });
      label.textContent = variant.name.length > 20 ? variant.name.slice(0, 19) + "…" : variant.name;
      picture.append(label);
      let x = names;
      variant.split.forEach((part, k) => {
        const length = part / longest * plot;
        const box = svg("rect", { x, y, width: Math.max(0, length - 0.7), height: bar, fill: parts[k].colour },
          svg("title"));
        box.firstChild.textContent = `${parts[k].name}: ${seconds(part)}, ${percent(part / total)}`;
        picture.append(box);
        if (length > 42) {
          const text = svg("text", { class: k === 0 ? "inside" : "inside dark", x: x + length / 2, y: y + 18, "text-anchor": "middle" });
          text.textContent = percent(part / total);
          picture.append(text);
        }
        x += length;
      });
      const sum = svg("text", { x: x + 8, y: y + 18 });
      sum.textContent = seconds(total);
      picture.append(sum);
    });
    place.append(keys(parts), picture);
  };

  // ---- timeline -------------------------------------------------------------------------------

  const drawTimeline = (index) => {
    const place = byId("timeline");
    const timeline = variants[index].timeline;
    if (!timeline || !timeline.slices.length) {
      place.replaceChildren(element("p", { class: "absent" },
        "No single iterations were recorded in this run (by default they are not above 1,000 workers)."));
      return;
    }
    const stage = element("div", { class: "stage" });
    const canvas = element("canvas");
    stage.append(canvas);
    const { faults, views, recoveries } = variants[index].failovers;
    const marks = [];
    if (faults.length) marks.push({ name: "fault", colour: faultColour });
    if (views.length) marks.push({ name: "view", colour: viewColour });
    if (recoveries.length) marks.push({ name: "until pushes are accepted again", colour: recoveryColour });
    place.replaceChildren(keys([...parts, ...marks]), stage);
    const tip = tooltip(stage);
    const rows = timeline.workers.length;
    const left = 78, bottom = 40, right = 12, top = views.length ? 24 : 2;
    const rowHeight = Math.max(7, Math.min(15, Math.floor(460 / rows)));
    const width = stage.clientWidth, height = top + rows * rowHeight + bottom;
    const plot = width - left - right;
    canvas.style.height = height + "px";
    const ratio = Math.max(devicePixelRatio, 2);
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const ctx = canvas.getContext("2d");
    ctx.scale(ratio, ratio);
    ctx.font = font(12);
    const place_x = (tick) => left + tick / data.ticks * plot;
    const time_x = (time) => left + (time - data.timeline_begin_s) / data.timeline_s * plot;

    // Within an iteration: wait, pull, compute, push.
    const order = [1, 2, 0, 3];
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, 0, plot, height);
    ctx.clip();
    ctx.fillStyle = recoveryColour;
    recoveries.forEach(([from, to]) =>
      ctx.fillRect(time_x(from), top - 7, time_x(to) - time_x(from), 5));
    for (const [row, , start, ...durations] of timeline.slices) {
      let tick = start;
      durations.forEach((duration, k) => {
        const from = place_x(tick), to = place_x(tick + duration);
        tick += duration;
        if (duration === 0) return;
        ctx.fillStyle = parts[order[k]].colour;
        ctx.fillRect(from, top + row * rowHeight, Math.max(to - from, 0.25), rowHeight - 1);
      });
      ctx.fillStyle = "#fff";  // a hair between iterations
      ctx.fillRect(place_x(tick) - 0.4, top + row * rowHeight, 0.8, rowHeight - 1);
    }
    const upright = (time) => {
      ctx.beginPath();
      ctx.moveTo(time_x(time), Math.max(0, top - 9));
      ctx.lineTo(time_x(time), top + rows * rowHeight);
      ctx.stroke();
    };
    ctx.strokeStyle = faultColour;
    ctx.setLineDash([3, 3]);
    faults.forEach(upright);
    ctx.strokeStyle = ctx.fillStyle = viewColour;
    ctx.setLineDash([]);
    let labelled = -Infinity;
    views.forEach(([time, name]) => {
      upright(time);
      if (time_x(time) - labelled < 60) return;
      ctx.fillText(name, labelled = time_x(time), top - 11);
    });
    ctx.restore();
    ctx.fillStyle = "#59636e";
    ctx.strokeStyle = "#b8c0c8";
    ctx.setLineDash([]);
    ctx.textBaseline = "middle";
    ctx.textAlign = "right";
    const every = Math.ceil(15 / rowHeight);
    timeline.workers.forEach((worker, row) => {
      if (row % every === 0) ctx.fillText("worker " + worker, left - 8, top + (row + 0.5) * rowHeight);
    });
    const base = top + rows * rowHeight + 3;
    ctx.textBaseline = "top";
    ctx.textAlign = "center";
    const gap = niceCeiling(data.timeline_s / 10, [1, 2, 5, 10]);
    const first = Math.ceil(data.timeline_begin_s / gap - 1e-6) * gap;
    for (let time = first; time <= data.timeline_begin_s + data.timeline_s * 1.0001; time += gap) {
      const x = time_x(time);
      ctx.beginPath();
      ctx.moveTo(x, base);
      ctx.lineTo(x, base + 4);
      ctx.stroke();
      ctx.fillText(String(+time.toPrecision(4)), x, base + 7);
    }
    ctx.fillText("virtual time (s)", left + plot / 2, base + 22);

    canvas.onmousemove = (event) => {
      const row = Math.floor((event.offsetY - top) / rowHeight);
      const tick = (event.offsetX - left) / plot * data.ticks;
      const slice = timeline.slices.find(([r, , start, ...d]) =>
        r === row && start <= tick && tick < start + d[0] + d[1] + d[2] + d[3]);
      if (!slice) return tip.hide();
      const scale = data.timeline_s / data.ticks;
      const line = (k) => element("tr", {}, element("td", {}, parts[order[k]].name),
        element("td", {}, seconds(slice[3 + k] * scale)));
      tip.show(event.offsetX, event.offsetY,
        element("strong", {}, `worker ${timeline.workers[row]}, iteration ${slice[1]}`),
        element("table", {}, line(2), line(0), line(1), line(3)));
    };
    canvas.onmouseleave = () => tip.hide();
  };

  // ---- small multiples: staleness and servers ---------------------------------------------------

  const columns = variants.length <= 4 ? variants.length : variants.length <= 6 ? 3 : 4;
  const frame = (place, title, xLabel) => {
    const gaps = 30 * (columns - 1), height = 190;
    const width = Math.min(440, Math.max(240, (place.clientWidth - gaps) / columns));
    const picture = svg("svg", { viewBox: `0 0 ${width} ${height + 58}`, role: "img" });
    const heading = svg("text", { class: "strong", x: 0, y: 13 });
    heading.textContent = title;
    const left = 52;
    const label = svg("text", { x: left + (width - left) / 2, y: height + 54, "text-anchor": "middle" });
    label.textContent = xLabel;
    picture.append(heading, label);
    return { picture, left, width: width - left, height: height - 6, bottom: height + 20 };
  };
  const gridLine = (area, y, text) => {
    area.picture.append(svg("line", { class: "grid", x1: area.left, x2: area.left + area.width, y1: y, y2: y }));
    const label = svg("text", { x: area.left - 6, y: y + 4, "text-anchor": "end" });
    label.textContent = text;
    area.picture.append(label);
  };
  const under = (area, x, text) => {
    const label = svg("text", { x, y: area.bottom + 16, "text-anchor": "middle" });
    label.textContent = text;
    area.picture.append(label);
  };
  const baseLine = (area) => area.picture.append(
    svg("line", { class: "axis", x1: area.left, x2: area.left + area.width, y1: area.bottom, y2: area.bottom }));

  const drawStaleness = (unit) => {
    const place = byId("staleness-bars");
    const { width: bin, shares } = data[unit];
    const bins = Math.max(4, ...shares.map((list) => list.length));
    const highest = Math.min(1, niceCeiling(Math.max(0.1, ...shares.flat())));
    place.replaceChildren(...variants.map((variant, i) => {
      const [mean, max] = variant[unit === "clocks" ? "staleness" : "staleness_updates"];
      const area = frame(place, variant.name, `staleness (${unit})`);
      const note = svg("text", { x: area.left + area.width, y: 13, "text-anchor": "end" });
      note.textContent = `mean ${digits(mean, 2)}, max ${max}`;
      area.picture.append(note);
      [0, 0.5, 1].forEach((part) =>
        gridLine(area, area.bottom - part * area.height, percent(part * highest)));
      const step = area.width / bins;
      shares[i].forEach((share, k) => {
        if (!share) return;
        const height = Math.max(1, share / highest * area.height);
        const range = bin === 1 ? `${k}` : `${k * bin} to ${(k + 1) * bin - 1}`;
        const box = svg("rect", { x: area.left + k * step + step * 0.08, width: step * 0.84,
          y: area.bottom - height, height, fill: style(i).colour }, svg("title"));
        box.firstChild.textContent = `${range} ${unit}: ${(share * 100).toPrecision(3)} %`;
        area.picture.append(box);
      });
      baseLine(area);
      const every = Math.ceil(bins / 8);
      for (let k = 0; k < bins; k += every) under(area, area.left + (k + 0.5) * step, String(k * bin));
      const at = area.left + (mean + 0.5) / bin * step;
      area.picture.append(svg("path", { d: `M${at - 5} ${area.bottom + 7}h10l-5 -7z`, fill: "#1b1f24" }));
      return area.picture;
    }));
  };

  const drawServers = () => {
    const place = byId("servers");
    const directions = [{ name: "received", colour: "#3c78b4" }, { name: "sent", colour: "#8fd0c0" }];
    const highest = Math.max(0, ...variants.flatMap((v) => v.servers.map(([, a, b]) => a + b)));
    if (!(highest > 0)) {
      place.replaceChildren(element("p", { class: "absent" }, "No server moved any bytes."));
      return;
    }
    place.before(keys(directions));
    const ceiling = niceCeiling(highest);
    place.replaceChildren(...variants.map((variant) => {
      const area = frame(place, variant.name, "server");
      const totals = variant.servers.map(([, a, b]) => a + b);
      const mean = totals.reduce((a, b) => a + b, 0) / totals.length;
      const note = svg("text", { x: area.left + area.width, y: 13, "text-anchor": "end" });
      if (totals.length) note.textContent = `max / mean ${(Math.max(...totals) / mean).toFixed(2)}`;
      area.picture.append(note);
      [0, 0.5, 1].forEach((part) =>
        gridLine(area, area.bottom - part * area.height, part ? bytes(part * ceiling) : "0"));
      const step = area.width / variant.servers.length;
      const every = Math.ceil(variant.servers.length / 10);
      variant.servers.forEach(([rank, ...amounts], k) => {
        let y = area.bottom;
        const wide = Math.min(step * 0.8, 44);
        amounts.forEach((amount, d) => {
          const height = amount / ceiling * area.height;
          y -= height;
          const box = svg("rect", { x: area.left + (k + 0.5) * step - wide / 2, width: wide, y, height,
            fill: directions[d].colour }, svg("title"));
          box.firstChild.textContent = `server ${rank} ${directions[d].name} ${bytes(amount)}`;
          area.picture.append(box);
        });
        if (k % every === 0) under(area, area.left + (k + 0.5) * step, String(rank));
      });
      baseLine(area);
      return area.picture;
    }));
  };

  // ---- the page -------------------------------------------------------------------------------

  document.querySelectorAll(".swatch[data-variant]").forEach((swatch) => {
    swatch.style.background = style(+swatch.dataset.variant).colour;
  });
  makeLegend();
  const quantities = [["loss", "loss"]];
  if (data.metric) quantities.push(["metric", data.metric]);
  choice(byId("quantity"), quantities, "loss", (value) => { view.quantity = value; drawLearning(); });
  choice(byId("scale"), [[false, "linear"], [true, "log"]], false, (value) => { view.log = value; drawLearning(); });
  drawLearning();
  drawSplit();
  byId("timeline-span").textContent = data.timeline_begin_s
    ? "around the first failover" : "first " + seconds(data.timeline_s);
  let shown = 0;
  variantChoice(byId("timeline-variant"), (index) => drawTimeline(shown = index));
  drawTimeline(0);
  choice(byId("staleness-unit"), [["clocks", "clocks"], ["updates", "updates"]], "clocks", drawStaleness);
  document.querySelectorAll(".multiples").forEach((m) => m.style.setProperty("--columns", columns));
  drawStaleness("clocks");
  drawServers();

  let waiting = 0;
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      charts.forEach(([chart, place]) => chart.setSize({ width: place.clientWidth, height: 340 }));
      drawTimeline(shown);
    }, 100);
  });
})();

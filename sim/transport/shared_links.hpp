// Fluid sharing of links without a solver.
//
// A message crosses a route of links. `latency` seconds after it is sent it joins every link of
// its route at once, and it has arrived when each of them has served all of its bytes. A link is a
// processor-sharing queue: its n messages get bandwidth / n each (but no more than the fastest of
// them could get anywhere else on its route). Each queue keeps a virtual time V, the bytes that a
// message present since V = 0 has been served, so that a message that joins at V is served at
// V + bytes whatever happens meanwhile (Demers, Keshav and Shenker 1989; Parekh and Gallager
// 1993), and an event costs O(log n) however many messages share the link.
//
// With a single bottleneck per message this is max-min fairness, exactly. Where bottlenecks move
// while a message is in flight it differs, because a link's unused share is made up for later
// instead of at once; over time each link still carries the same bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <span>
#include <vector>

namespace psgrid::sim {

class SharedLinks {
 public:
  using LinkId = std::uint32_t;
  static constexpr double kNever = std::numeric_limits<double>::infinity();

  LinkId add_link(double bandwidth) {
    links_.emplace_back();
    links_.back().bandwidth = bandwidth;
    return static_cast<LinkId>(links_.size() - 1);
  }

  // Takes effect at `now`; 0 stops the link. Linear in the number of links.
  void set_bandwidth(double now, LinkId changed, double bandwidth) {
    for (LinkId id = 0; id < links_.size(); ++id) {
      Link& link = links_[id];
      advance(link, now);
      if (id == changed) link.bandwidth = bandwidth;
      if (link.queue.empty()) continue;
      link.cap = kNever;  // what it was derived from may have changed
      schedule(id, finish_time(link));
    }
  }

  // Sends a message. A route of up to two links is copied; a longer one must stay valid until the
  // message has arrived.
  void send(double now, std::span<const LinkId> route, double latency, double bytes,
            std::uint32_t tag) {
    std::uint32_t id;
    if (free_.empty()) {
      id = static_cast<std::uint32_t>(flights_.size());
      flights_.emplace_back();
    } else {
      id = free_.back();
      free_.pop_back();
    }
    Flight& flight = flights_[id];
    flight.bytes = bytes;
    flight.tag = tag;
    flight.sequence = next_sequence_++;
    flight.legs = flight.length = static_cast<std::uint16_t>(route.size());
    if (route.size() <= kNearMax)
      std::copy(route.begin(), route.end(), flight.near);
    else
      flight.far = route.data();
    joins_for(latency).push(now + latency, id);
  }

  double next_time() const {
    double time = heap_.empty() ? kNever : links_[heap_[0]].scheduled;
    for (const Joins& joins : joins_) time = std::min(time, joins.front_time());
    return time;
  }

  // Handles the earliest event and calls deliver(time, tag) for each message that it completes.
  template <class Deliver>
  void step(Deliver&& deliver) {
    Joins* first = nullptr;
    for (Joins& joins : joins_)
      if (!joins.empty() &&
          (!first || joins.front_time() < first->front_time() ||
           (joins.front_time() == first->front_time() &&
            flights_[joins.front()].sequence < flights_[first->front()].sequence)))
        first = &joins;
    if (first && (heap_.empty() || first->front_time() <= links_[heap_[0]].scheduled)) {
      const double now = first->front_time();
      const std::uint32_t id = first->front();
      first->pop();
      if (flights_[id].legs == 0)
        finish(now, id, deliver);
      else
        join_all(now, id);
      return;
    }
    serve(heap_[0], deliver);
  }

 private:
  static constexpr std::uint32_t kNowhere = 0xffffffff;
  static constexpr std::size_t kNearMax = 2;

  struct Tag {
    double v;
    std::uint32_t flight;
  };
  struct Link {
    double bandwidth = 0;
    double v = 0;                       // bytes served to each message since the link was last idle
    double t = 0;                       // when v was computed
    double cap = 0;                     // no message of this busy period can go faster
    double scheduled = kNever;          // never later than the next completion
    std::uint32_t position = kNowhere;  // in heap_
    std::vector<Tag> queue;             // 4-ary heap by v
  };
  struct Flight {
    std::span<const LinkId> route() const { return {length <= kNearMax ? near : far, length}; }
    // There are as many of these as messages under way: kept small.
    union {
      LinkId near[kNearMax];
      const LinkId* far;
    };
    double bytes;
    std::uint64_t sequence;
    std::uint32_t tag;
    std::uint16_t length;
    std::uint16_t legs;  // links that have not served it yet
  };
  // Messages of one latency join in the order in which they were sent: a ring buffer.
  class Joins {
   public:
    explicit Joins(double seconds) : latency(seconds) {}
    bool empty() const { return head_ == tail_; }
    double front_time() const { return empty() ? kNever : ring_[head_ & mask_].first; }
    std::uint32_t front() const { return ring_[head_ & mask_].second; }
    void push(double time, std::uint32_t id) {
      if (tail_ - head_ == ring_.size()) grow();
      ring_[tail_++ & mask_] = {time, id};
    }
    void pop() { ++head_; }
    double latency;

   private:
    void grow() {
      std::vector<std::pair<double, std::uint32_t>> bigger(ring_.size() * 2);
      for (std::size_t i = head_; i != tail_; ++i)
        bigger[i & (bigger.size() - 1)] = ring_[i & mask_];
      ring_ = std::move(bigger);
      mask_ = ring_.size() - 1;
    }
    std::vector<std::pair<double, std::uint32_t>> ring_ =
        std::vector<std::pair<double, std::uint32_t>>(64);
    std::size_t head_ = 0, tail_ = 0, mask_ = 63;
  };

  Joins& joins_for(double latency) {  // few distinct latencies; use a heap instead if they are many
    for (Joins& joins : joins_)
      if (joins.latency == latency) return joins;
    return joins_.emplace_back(latency);
  }

  static double share(const Link& link) {
    return std::min(link.bandwidth / static_cast<double>(link.queue.size()), link.cap);
  }
  static void advance(Link& link, double now) {
    if (link.queue.empty())
      link.v = link.cap = 0;
    else
      link.v += (now - link.t) * share(link);
    link.t = now;
  }
  static double finish_time(const Link& link) {
    const double missing = link.queue[0].v - link.v;
    return missing > 0 ? link.t + missing / share(link) : link.t;
  }

  void join_all(double now, std::uint32_t id) {
    const auto route = flights_[id].route();
    const double bytes = flights_[id].bytes;
    for (LinkId link : route) {
      double elsewhere = kNever;
      for (LinkId other : route)
        if (other != link) elsewhere = std::min(elsewhere, links_[other].bandwidth);
      join(now, link, id, bytes, elsewhere);
    }
  }
  void join(double now, LinkId link_id, std::uint32_t id, double bytes, double elsewhere) {
    Link& link = links_[link_id];
    advance(link, now);
    const bool faster = elsewhere > link.cap;
    if (faster) link.cap = elsewhere;
    push(link.queue, {link.v + bytes, id});
    // Mostly the others only get slower, and what is scheduled stays early enough.
    if (faster || link.queue[0].flight == id) {
      const double time = finish_time(link);
      if (time < link.scheduled) schedule(link_id, time);
    }
  }

  template <class Deliver>
  void serve(LinkId id, Deliver&& deliver) {
    Link& link = links_[id];
    const double now = link.scheduled;
    const double time = finish_time(link);
    if (time > now) {
      schedule(id, time);
      return;
    }
    advance(link, now);
    served_.clear();
    const double v = link.queue[0].v;
    link.v = std::max(link.v, v);
    const auto is_served = [most = v * (1 + 1e-14)](const Tag& tag) { return tag.v <= most; };
    // Often all at once, as they began: no heap then, and mostly the order in which they were sent.
    if (std::all_of(link.queue.begin(), link.queue.end(), is_served)) {
      for (const Tag& tag : link.queue) served_.push_back(tag.flight);
      link.queue.clear();
    }
    while (!link.queue.empty() && is_served(link.queue[0]))
      served_.push_back(pop(link.queue).flight);
    if (link.queue.empty()) {
      unschedule(id);
      link.queue.shrink_to_fit();  // links are many, and most are idle most of the time
    } else {
      schedule(id, finish_time(link));
    }
    const auto sent_before = [&](auto a, auto b) {
      return flights_[a].sequence < flights_[b].sequence;
    };
    if (!std::is_sorted(served_.begin(), served_.end(), sent_before))
      std::sort(served_.begin(), served_.end(), sent_before);
    for (std::uint32_t flight : served_)
      if (--flights_[flight].legs == 0) finish(now, flight, deliver);
  }
  template <class Deliver>
  void finish(double now, std::uint32_t id, Deliver&& deliver) {
    const std::uint32_t tag = flights_[id].tag;
    free_.push_back(id);
    deliver(now, tag);
  }

  static void push(std::vector<Tag>& h, Tag e) {
    std::size_t i = h.size();
    if (i == h.capacity()) h.reserve(i + i / 4 + 4);  // links are many: no room for twice as much
    h.push_back(e);
    for (; i > 0 && e.v < h[(i - 1) / 4].v; i = (i - 1) / 4) h[i] = h[(i - 1) / 4];
    h[i] = e;
  }
  static Tag pop(std::vector<Tag>& h) {
    const Tag top = h[0], e = h.back();
    h.pop_back();
    const std::size_t n = h.size();
    if (n == 0) return top;
    std::size_t i = 0;
    for (;;) {
      const std::size_t c = 4 * i + 1;
      if (c >= n) break;
      std::size_t m = c;
      for (std::size_t k = c + 1; k < std::min(c + 4, n); ++k)
        if (h[k].v < h[m].v) m = k;
      if (h[m].v >= e.v) break;
      h[i] = h[m];
      i = m;
    }
    h[i] = e;
    return top;
  }

  bool before(LinkId a, LinkId b) const {
    return links_[a].scheduled < links_[b].scheduled ||
           (links_[a].scheduled == links_[b].scheduled && a < b);
  }
  void place(std::size_t i, LinkId id) {
    heap_[i] = id;
    links_[id].position = static_cast<std::uint32_t>(i);
  }
  void up(std::size_t i, LinkId id) {
    for (; i > 0 && before(id, heap_[(i - 1) / 4]); i = (i - 1) / 4) place(i, heap_[(i - 1) / 4]);
    place(i, id);
  }
  void down(std::size_t i, LinkId id) {
    for (;;) {
      const std::size_t c = 4 * i + 1;
      if (c >= heap_.size()) break;
      std::size_t m = c;
      for (std::size_t k = c + 1; k < std::min(c + 4, heap_.size()); ++k)
        if (before(heap_[k], heap_[m])) m = k;
      if (!before(heap_[m], id)) break;
      place(i, heap_[m]);
      i = m;
    }
    place(i, id);
  }
  void schedule(LinkId id, double time) {
    Link& link = links_[id];
    const double old = link.scheduled;
    link.scheduled = time;
    if (link.position == kNowhere) {
      heap_.push_back(id);
      up(heap_.size() - 1, id);
    } else if (time < old)
      up(link.position, id);
    else
      down(link.position, id);
  }
  void unschedule(LinkId id) {
    const std::size_t i = links_[id].position;
    links_[id].position = kNowhere;
    links_[id].scheduled = kNever;
    const LinkId last = heap_.back();
    heap_.pop_back();
    if (last == id) return;
    place(i, last);
    up(i, last);
    down(links_[last].position, last);
  }

  std::vector<Link> links_;
  std::deque<Flight> flights_;  // grows without copying
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> served_;
  std::vector<Joins> joins_;
  std::vector<LinkId> heap_;  // links with messages, by `scheduled`
  std::uint64_t next_sequence_ = 0;
};

}  // namespace psgrid::sim

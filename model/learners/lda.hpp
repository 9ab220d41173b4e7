// Latent Dirichlet allocation by collapsed Gibbs sampling (Griffiths, Steyvers, PNAS 2004), spread
// over workers as in Newman et al., JMLR 2009, and Ho et al., NIPS 2013.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "model/learner.hpp"
#include "model/learners/lda_counts.hpp"
#include "model/random.hpp"

namespace psgrid {

// Rows of the data are documents: columns are words, values how often they occur. The servers hold
// counts of the topics that tokens are assigned to: table "words" has a row of `topics` counts a
// word, table "totals" one row, their sum over all words. The assignments themselves stay at the
// worker that has the document. Pushes are increments, so counts are integers whatever the
// consistency model, exact up to 2^24.
//
// In its first iteration a worker reads nothing: it assigns the tokens of all its documents at
// random and pushes their counts. Each later one draws the tokens of a batch of documents anew.
//
// A worker that is started anew later, or that takes over documents from another, does not know
// their assignments, while their counts are on the servers. When it first meets such a document it
// draws assignments that fit the counts of its words, and pushes nothing for that. So no token is
// ever counted twice, and the counts of a word go on adding up to its occurrences; but by topic
// they may differ from the workers' assignments a little, and be negative: then they are read as 0.
class Lda final : public Learner {
 public:
  Lda(const LearnerSpec& spec, const Dataset& data);

  std::vector<Table> tables() const override;
  std::unique_ptr<UpdateRule> update_rule() const override;
  void take_share(const Dataset& data, const Share& share) override;
  std::vector<KeySet> keys(const Dataset& data, std::span<const std::uint32_t> rows) override;

  // The loss is minus the mean log-likelihood of a token of the batch, as assigned so far.
  Gradient gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                    const std::vector<Section>& weights) override;

  // By document completion (Wallach et al., ICML 2009): of every two tokens one serves to find the
  // document's topics, the other is scored. Loss: minus the mean log-likelihood of a token; the
  // metric is exp(loss).
  Evaluation evaluate(const Dataset& data, const std::vector<Section>& weights) const override;
  std::string metric_name() const override { return "perplexity"; }

  // 6 a topic of a token: two additions, two multiplications, a running sum and a comparison.
  double flops_per_example(const Dataset& data) const override;

 private:
  struct Document {
    std::vector<std::uint16_t> topics;   // of each token
    std::vector<std::int32_t> of_topic;  // how many tokens each has
  };

  std::uint16_t first_topic(std::uint32_t row, std::uint64_t token) const;
  Gradient first_counts(const Dataset& data);
  Document guess(const Dataset& data, std::uint32_t row, const LdaCounts& counts,
                 RandomStream& random) const;
  void sample(const Dataset& data, std::uint32_t row, Document& document, LdaCounts& counts,
              RandomStream& random);
  double log_likelihood(const Dataset& data, std::uint32_t row, const Document& document,
                        const LdaCounts& counts) const;

  const std::uint32_t words_, topics_;
  const double alpha_, beta_;
  const std::uint64_t seed_;
  Share share_;
  bool counts_first_ = false;                    // the next keys() is of the first iteration
  std::deque<bool> is_first_;                    // iterations between keys() and gradient()
  Clock iteration_;                              // of the next gradient()
  std::map<std::uint32_t, Document> documents_;  // by row
  std::vector<double> sums_;                     // of the topics' weights
};

}  // namespace psgrid

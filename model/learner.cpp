#include "model/learner.hpp"

#include "model/check.hpp"
#include "model/learners/coded_linear_regression.hpp"
#include "model/learners/count_min.hpp"
#include "model/learners/lda.hpp"
#include "model/learners/linear_regression.hpp"
#include "model/learners/logistic_regression.hpp"
#include "model/learners/matrix_factorization.hpp"
#include "model/learners/none.hpp"
#include "model/learners/perceptron.hpp"
#include "model/learners/softmax_regression.hpp"
#include "model/learners/sparse_logistic_regression.hpp"
#include "model/learners/svm.hpp"
#include "model/learners/tally.hpp"

namespace psgrid {

std::unique_ptr<Learner> make_learner(const LearnerSpec& spec, const Dataset* data) {
  if (spec.type == LearnerType::kNone) return std::make_unique<NoLearner>(spec);
  if (spec.type == LearnerType::kTally) return std::make_unique<Tally>(spec);
  if (spec.type == LearnerType::kCountMin) return std::make_unique<CountMin>(spec);
  PSGRID_CHECK(data != nullptr, "data for a learner that learns");
  switch (spec.type) {
    case LearnerType::kLogisticRegression:
      return std::make_unique<LogisticRegression>(spec, *data);
    case LearnerType::kSvm:
      return std::make_unique<Svm>(spec, *data);
    case LearnerType::kLinearRegression:
      return std::make_unique<LinearRegression>(spec, *data);
    case LearnerType::kCodedLinearRegression:
      return std::make_unique<CodedLinearRegression>(spec, *data);
    case LearnerType::kSoftmaxRegression:
      return std::make_unique<SoftmaxRegression>(spec, *data);
    case LearnerType::kSparseLogisticRegression:
      return std::make_unique<SparseLogisticRegression>(spec, *data);
    case LearnerType::kMatrixFactorization:
      return std::make_unique<MatrixFactorization>(spec, *data);
    case LearnerType::kLda:
      return std::make_unique<Lda>(spec, *data);
    case LearnerType::kPerceptron:
      return std::make_unique<Perceptron>(spec, *data);
    case LearnerType::kCountMin:
    case LearnerType::kTally:
    case LearnerType::kNone:
      break;
  }
  PSGRID_CHECK(false, "a learner type that exists");
}

}  // namespace psgrid

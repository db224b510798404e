// SPDX-License-Identifier: Apache-2.0

package plan

// Defects is how many deliberate mistakes there are.
const Defects = int(lastDefect) - 1

// Seed makes every state that New returns contain defect n, 1 to Defects; 0 is none. Not for parallel tests.
func Seed(n int) { seeded = defect(n) }

var defectNames = []string{
	"none", "WindowOneMore", "WindowOneLess", "WindowNeverSlides", "SuccessResetsWindow", "RetryNotCounted", "ManualRestartCounted",
	"FailedManualRestartCounted", "GiveUpWithChildReason", "RetryBeforeMailbox", "StopInStartOrder", "RollbackLeft", "HandStoppedLeftDown",
	"TemporaryRestartedInGroup", "TemporaryIgnoreKept", "TemporaryKeptAtExit", "TransientShutdownRestarts", "TransientKilledStays", "PermanentNormalStays",
	"RestForOneTakesAll", "OneForAllTakesRest", "AnyIsAll", "AllIsAny", "TerminateAutoShutdown", "GroupStopAutoShutdown", "AllIgnoresRestarting", "NewChildFirst",
	"FailedStartKept", "RestartingDeletable", "TerminateRestartingGoesOn", "IgnoreOnRestartRetried", "ParentReasonLost", "ReplaceResetsWindow",
	"ReplaceMissingFirst", "ReplaceDropsMissing", "SimpleStrangerTerminated", "RestartingCountedActive",
}

// DefectName names defect n.
func DefectName(n int) string { return defectNames[n] }

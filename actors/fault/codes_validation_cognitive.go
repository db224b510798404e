// SPDX-License-Identifier: Apache-2.0

package fault

// validationOfCognitive is what of 1xxx cognitive and the packages below it have.
var validationOfCognitive = []Entry{}

// SPDX-License-Identifier: Apache-2.0

package fault

// coordinationOfCognitive is what of 4xxx cognitive and the packages below it have.
var coordinationOfCognitive = []Entry{}

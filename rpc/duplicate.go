package rpc

// CheckDuplicates refuses a list in which two parameters have the same name: with
// fault 9003, as TR-069 A.3.2.1 wants of a CPE that is to set them. Reading keeps
// both, in their order, as an ACS may have to show what it was sent.
func CheckDuplicates(list []ParameterValue) error {
	seen := make(map[string]bool, len(list))
	for _, p := range list {
		if seen[p.Name] {
			return NewFault(FaultInvalidArguments, "a parameter is given twice")
		}
		seen[p.Name] = true
	}
	return nil
}
